// Makes the rest of a page alive: guesses, copy buttons, tables that sort. Uses figure.js.

// ---- Lessons show their figures after a guess.

for (const lesson of all(".lesson")) {
  const reveal = lesson.querySelector(".reveal");
  const choices = all(".choices li", lesson);
  const answer = lesson.dataset.answer;
  const show = (guess) => {
    reveal.hidden = false;
    choices.forEach((choice, k) => {
      const [button] = choice.children;
      button.disabled = true;
      choice.classList.toggle("right", String(k) === answer);
      if (k === guess) choice.append(` ← ${t("your guess")}`);
    });
    more.remove();
    reveal.focus({ preventScroll: true });
  };
  choices.forEach((choice, k) => choice.replaceChildren(makeButton(choice.textContent, () => show(k))));
  const more = makeButton(t("show me"), () => show(), "more");
  lesson.querySelector(".choices").after(more);
  reveal.hidden = true;
  reveal.tabIndex = -1;
  // A link to one of its figures shows it.
  if (reveal.querySelector(":target")) show();
}

// ---- Copy buttons.

for (const pre of all("pre")) {
  const copy = async (event) => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      event.target.textContent = live.textContent = t("copied");
    } catch {
      // Where a page may not use the clipboard, the reader can.
      getSelection().selectAllChildren(pre);
    }
  };
  pre.after(makeButton(t("copy"), copy, "copy"));
}

// ---- Tables that sort by a column.

for (const { tHead, tBodies } of all("table")) {
  const heads = [...tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const text = (row) => row.cells[column].textContent;
    const number = (row) => parseFloat(text(row).replace("−", "-"));
    const sort = () => {
      const sign = head.ariaSort === "ascending" ? -1 : 1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.ariaSort = sign > 0 ? "ascending" : "descending";
      const [words, numbers] = [[], []];
      for (const row of tBodies[0].rows) (isNaN(number(row)) ? words : numbers).push(row);
      numbers.sort((a, b) => sign * (number(a) - number(b)));
      words.sort((a, b) => sign * text(a).localeCompare(text(b)));
      tBodies[0].append(...numbers, ...words);
    };
    head.replaceChildren(makeButton(head.textContent, sort));
  });
}

// On paper.
addEventListener("beforeprint", () => all("details:not(:has(tr:nth-child(60)))").forEach((d) => (d.open = true)));
