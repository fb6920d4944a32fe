#!/usr/bin/env bash
# Times README's two commands from nothing, here and in an earlier revision; see --help.
exec python3 "$(dirname "$0")/cold.py" "$@"
