#!/bin/sh
# Each fence can fail: plants one violation at a time in a small clean tree and expects the check to name it.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

put() {  # PATH LINE...
  path=$tree/$1
  shift
  mkdir -p "$(dirname "$path")"
  printf '%s\n' "$@" >"$path"
}

head='// What it is.
#pragma once'

clean_tree() {
  rm -rf "$tree"
  mkdir -p "$tree/actors/core" "$tree/io" "$tree/runtime" "$tree/examples" "$tree/tests" "$tree/cmake" "$tree/docs"
  awk '$1 == "library" {print $3}' "$here/architecture.txt" >"$tree/docs/dependencies.md"
  awk '$1 == "room" {print $2}' "$here/architecture.txt" >"$tree/ARCHITECTURE.md"
  put CMakeLists.txt 'project(p)'
  put actors/core/rule.hpp "$head" '#include <chrono>'
  put actors/core/rule.cpp '#include "actors/core/rule.hpp"'
  put actors/core/CMakeLists.txt 'settle_room(core SOURCES rule.cpp)'
  put actors/caf.hpp "$head" '#include <caf/all.hpp>'
  put actors/item.hpp "$head" '#include "actors/caf.hpp"' '#include "actors/core/rule.hpp"'
  put actors/bridge.hpp "$head" '#include <asio.hpp>' '#include "io/slurm/words.hpp"'
  put io/result.hpp "$head" '#include <tl/expected.hpp>'
  put io/slurm/words.hpp "$head" '#include <string>'
  put runtime/settle.hpp "$head" '#include "actors/core/rule.hpp"' '#include "io/result.hpp"'
  put tests/a_test.cpp '#include "runtime/settle.hpp"' '#include "actors/item.hpp"' '#include "actors/bridge.hpp"' \
    '#include <catch2/catch.hpp>'
  put tests/CMakeLists.txt 'settle_tests(a SOURCES a_test.cpp)'
}

refused() {  # WORDS: the tree is refused, with these words
  if said=$("$here/fences" "$tree"); then
    echo "not noticed: $1"
    failures=$((failures + 1))
  else
    case $said in
      *"$1"*) ;;
      *) printf 'expected: %s\nsaid: %s\n' "$1" "$said"; failures=$((failures + 1)) ;;
    esac
  fi
  clean_tree
}

clean_tree
"$here/fences" "$tree" || { echo "the clean tree was refused"; exit 1; }

put actors/core/rule.cpp '#include "actors/item.hpp"'
refused 'actors/core/rule.cpp:1: actors/core may not include actors: actors/item.hpp'
put actors/core/rule.cpp '#include "io/result.hpp"'
refused 'actors/core may not include io: io/result.hpp'
put actors/core/rule.cpp '#include <fmt/format.h>'
refused 'actors/core may not see fmt'
put actors/core/rule.cpp '#include <thread>'
refused 'actors/core may not see effects: thread'
put actors/core/rule.cpp '#include <unistd.h>'
refused 'actors/core may not see posix'
put actors/core/rule.cpp 'auto now = std::chrono::steady_clock::now();'
refused 'actors/core/rule.cpp:1: ::now( is not for actors/core'
put io/result.hpp "$head" '#include "actors/core/rule.hpp"'
refused 'io may not include actors/core'
put actors/item.hpp "$head" '#include "io/slurm/words.hpp"'
refused 'actors may not include io/slurm'
put actors/item.hpp "$head" '#include <caf/all.hpp>'
refused 'actors may not see caf: caf/all.hpp'
put actors/item.hpp "$head" '#include <asio/post.hpp>'
refused 'actors may not see asio'
put actors/item.hpp "$head" '#include "runtime/settle.hpp"'
refused 'actors may not include runtime/settle.hpp'
put io/slurm/words.hpp "$head" '#include <CLI/CLI.hpp>'
refused 'io/slurm may not see cli11'
put io/result.hpp "$head" '#include <simdjson.h>'
refused 'io may not see simdjson'
put runtime/settle.hpp "$head" '#include "actors/caf.hpp"'
refused 'runtime/settle.hpp may not include actors/caf'
put io/result.hpp "$head" '#include <asio/awaitable.hpp>'
refused 'runtime/settle.hpp shows asio to whoever includes it'
put actors/item.hpp "$head" '#include <boost/any.hpp>'
refused 'a library that the table does not know: boost/any.hpp'
put actors/item.hpp "$head" '#include "bridge.hpp"'
refused 'no such file from the root: bridge.hpp'
put tests/b_test.cpp 'int b;'
refused 'tests/b_test.cpp:1: in no target'
put io/alone.hpp "$head"
refused 'io/alone.hpp:1: included by nobody'
put io/result.hpp '#pragma once'
refused 'io/result.hpp:1: a header opens with a paragraph'
put io/result.hpp '// What it is.'
refused 'io/result.hpp:1: without #pragma once'
put tests/a_util.hpp "$head"
refused 'tests/a_util.hpp:1: a name that says nothing'
put tests/a_test.cpp "// $(printf 'TO%s' DO): later"
refused 'tests/a_test.cpp:1: a mark left behind'
awk 'BEGIN {for (i = 0; i < 501; i++) print "// line"}' >"$tree/tests/a_test.cpp"
refused 'tests/a_test.cpp:501: over 500 lines'
echo CAF >"$tree/docs/dependencies.md"
refused 'docs/dependencies.md:1: does not mention Asio'
rm "$tree/ARCHITECTURE.md"
refused 'ARCHITECTURE.md:1: does not mention actors/core'
rm "$tree/runtime/settle.hpp"
refused 'runtime/settle.hpp:1: is gone'

exit "$((failures > 0))"
