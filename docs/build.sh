#!/usr/bin/env bash
# The book, English and Korean, into target/book. Needs mdbook and mdbook-i18n-helpers:
#
#   cargo install --locked mdbook mdbook-i18n-helpers
#
#   docs/build.sh              build both
#   docs/build.sh messages     after a change of the text: bring po/ko.po up to date, untranslated texts left empty
set -euo pipefail
cd "$(dirname "$0")"

if [ "${1:-}" = messages ]; then
  MDBOOK_OUTPUT='{"xgettext": {}}' mdbook build -d ../target/book-messages
  msgmerge --quiet --update --no-wrap --backup=none po/ko.po ../target/book-messages/messages.pot
  exit
fi

# The figures of the book are those of the pages of runs, where docs/figures/make.sh has left these; pictures else.
interactive() { # RUNS BOOK
  if [ -d "$1" ]; then
    cargo run -q -p experiments --example book -- "$1" "$2"
  else
    echo "$2: pictures only; docs/figures/make.sh makes what interactive figures are made of"
  fi
}

font=$PWD/../crates/viz/assets/NanumSquareR.ttf
mdbook build
cp "$font" ../target/book/
interactive ../results/book ../target/book
if command -v mdbook-gettext >/dev/null; then
  MDBOOK_BOOK__LANGUAGE=ko MDBOOK_BOOK__TITLE="Rust로 보는 6장 학습 관련 기술들" mdbook build -d ../target/book/ko
  cp "$font" ../target/book/ko/
  # Korean pictures in place of the English ones.
  mv ../target/book/ko/figures/ko/*.svg ../target/book/ko/figures/
  interactive ../results/book/ko ../target/book/ko
  echo "target/book/index.html, target/book/ko/index.html"
else
  echo "target/book/index.html; no Korean: no mdbook-gettext here"
fi
