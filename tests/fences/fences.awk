# The check behind tests/fences/fences. Reads architecture.txt (-v table=...), then every file that it is given, by
# paths from the project's root; prints one line per violation, exit code 1 with any. Plain POSIX awk.

function complain(file, line, words) {
  printf "%s:%d: %s\n", file, line, words
  complaints++
}

function starts_with(text, prefix) { return substr(text, 1, length(prefix)) == prefix }
function in_list(list, word) { return list == "*" || index("," list ",", "," word ",") > 0 }

# ---- the table

FILENAME == table {
  if ($1 == "room") { may_include[$2] = $3; may_see[$2] = $4 }
  else if ($1 == "library") { doc_name[$2] = $3; headers[$2] = $4 }
  else if ($1 == "effects") effects = effects "," $2
  else if ($1 == "free") free_of[$2] = $3
  else if ($1 == "never") never[++nevers] = $2 " " $3
  else if ($0 !~ /^ *(#|$)/) complain(FILENAME, FNR, "not understood: " $0)
  next
}

function room_of(path,    room, best, after) {
  best = ""
  for (room in may_include) {
    after = substr(path, length(room) + 1, 1)
    if (starts_with(path, room) && (after == "" || after == "/" || after == "." || after == "_") && length(room) > length(best))
      best = room
  }
  return best
}

function room_allows(room, target,    n, i, parts, base) {
  if (room == target) return 1
  n = split(may_include[room], parts, ",")
  for (i = 1; i <= n; i++) {
    if (parts[i] == "*" || parts[i] == target) return 1
    base = substr(parts[i], 1, length(parts[i]) - 2)
    if (parts[i] ~ /\/\*$/ && (target == base || starts_with(target, base "/"))) return 1
  }
  return 0
}

# The library that an #include <header> belongs to: "" for the plain standard library, "?" when nobody knows it.
function library_of(header,    name, n, i, parts) {
  for (name in headers) {
    n = split(headers[name], parts, ",")
    for (i = 1; i <= n; i++) if (starts_with(header, parts[i])) return name
  }
  if (header ~ /\.h$/) return "posix"
  if (header !~ /^[a-z_]+$/) return "?"
  return in_list(effects, header) ? "effects" : ""
}

# ---- what the files hold

FNR == 1 { files[FILENAME] = 1; lines[FILENAME] = 0; note_name(FILENAME) }
{ lines[FILENAME] = FNR }

FILENAME ~ /\.md$/ { text[FILENAME] = text[FILENAME] "\n" $0; next }

/(^|[^A-Za-z0-9_])(TO[D]O|FIX[M]E|XX[X]|HAC[K])([^A-Za-z0-9_]|$)/ { complain(FILENAME, FNR, "a mark left behind: " $0) }

FILENAME ~ /(CMakeLists\.txt|\.cmake)$/ { note_targets(); next }
FILENAME !~ /\.(cpp|hpp)$/ { next }

FILENAME ~ /\.hpp$/ && FNR == 1 && !/^\/\/ / { complain(FILENAME, 1, "a header opens with a paragraph: what it is, what it never does") }
/^#pragma once/ { guarded[FILENAME] = 1 }
/^[ \t]*#[ \t]*include[ \t]*[<"]/ { note_include() }
{ check_words() }

function note_name(path,    name) {
  name = path
  sub(/.*\//, "", name)
  if (name ~ /(^|_)(manager|helper|helpers|util|utils|misc)(_|\.|$)/) complain(path, 1, "a name that says nothing")
}

# Every word of a CMake file, by folder: a source belongs to a target when a file in its folder or above names it.
function note_targets(    line, n, i, words, folder, word) {
  line = $0
  sub(/#.*/, "", line)
  folder = FILENAME
  if (!sub(/\/[^\/]*$/, "", folder)) folder = "."
  n = split(line, words, /[ \t()"]+/)
  for (i = 1; i <= n; i++) {
    word = words[i]
    sub(/.*\//, "", word)
    named[folder, word] = 1
  }
}

function note_include(    header, own) {
  own = $0 ~ /include[ \t]*"/
  header = $0
  sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", header)
  sub(/[>"].*/, "", header)
  includes++
  from[includes] = FILENAME
  at_line[includes] = FNR
  what[includes] = header
  is_own[includes] = own
}

function check_words(    line, room, i, place, word) {
  line = $0
  sub(/\/\/.*/, "", line)
  room = room_of(FILENAME)
  for (i = 1; i <= nevers; i++) {
    place = word = never[i]
    sub(/ .*/, "", place)
    sub(/^[^ ]* /, "", word)
    if (place == room && index(line, word)) complain(FILENAME, FNR, word " is not for " room)
  }
}

# ---- the judgement

function check_includes(    i, room, other, library) {
  for (i = 1; i <= includes; i++) {
    room = room_of(from[i])
    if (room == "") { complain(from[i], 1, "in no room of architecture.txt"); continue }
    if (is_own[i]) {
      included[what[i]] = 1
      reaches[from[i]] = reaches[from[i]] " " i
      other = room_of(what[i])
      if (!(what[i] in files)) complain(from[i], at_line[i], "no such file from the root: " what[i])
      else if (!room_allows(room, other)) complain(from[i], at_line[i], room " may not include " other ": " what[i])
      continue
    }
    library = library_of(what[i])
    reaches[from[i]] = reaches[from[i]] " " i
    if (library == "?") complain(from[i], at_line[i], "a library that the table does not know: " what[i])
    else if (library != "" && !in_list(may_see[room], library))
      complain(from[i], at_line[i], room " may not see " library ": " what[i])
  }
}

# Follows own includes from `header`, breadth first, and complains of each forbidden library on the way.
function check_free(header, forbidden,    queue, head, tail, seen, file, n, i, k, edges, library) {
  head = tail = 1
  queue[1] = header
  seen[header] = 1
  while (head <= tail) {
    file = queue[head++]
    n = split(reaches[file], edges, " ")
    for (k = 1; k <= n; k++) {
      i = edges[k]
      if (is_own[i]) {
        if (!(what[i] in seen)) { seen[what[i]] = 1; queue[++tail] = what[i] }
        continue
      }
      library = library_of(what[i])
      if (library != "" && in_list(forbidden, library)) complain(file, at_line[i], header " shows " library " to whoever includes it")
    }
  }
}

function is_in_a_target(path,    folder, name, stem) {
  folder = name = path
  sub(/.*\//, "", name)
  stem = name
  sub(/\.cpp$/, "", stem)
  while (sub(/\/[^\/]*$/, "", folder)) if ((folder, name) in named || (folder, stem) in named) return 1
  return 0
}

function check_files(    path) {
  for (path in files) {
    if (path ~ /\.(cpp|hpp|awk|sh|cmake|txt)$/ || path !~ /\./) {
      if (lines[path] > 500) complain(path, lines[path], "over 500 lines: split it by meaning")
    }
    if (path ~ /\.cpp$/ && !is_in_a_target(path)) complain(path, 1, "in no target")
    if (path ~ /\.hpp$/ && !(path in included)) complain(path, 1, "included by nobody")
    if (path ~ /\.hpp$/ && !(path in guarded)) complain(path, 1, "without #pragma once")
  }
}

function check_docs(    name, room) {
  for (name in doc_name)
    if (!index(text["docs/dependencies.md"], doc_name[name])) complain("docs/dependencies.md", 1, "does not mention " doc_name[name])
  for (room in may_include)
    if (!index(text["ARCHITECTURE.md"], room)) complain("ARCHITECTURE.md", 1, "does not mention " room)
}

END {
  check_includes()
  for (header in free_of) {
    if (!(header in files)) complain(header, 1, "is gone, and architecture.txt speaks of it")
    check_free(header, free_of[header])
  }
  check_files()
  check_docs()
  exit complaints > 0
}
