// How the program's malloc (jemalloc, where it is linked) is to behave; nothing else reads this.
// A listing's text and rows are large and gone after each cycle: given back at once, their pages would be asked for anew
// each time (half the cost of a poll of 100,000 jobs). Few arenas, on large machines too: what one actor makes another
// one frees, and what lies free in one of them no other uses (100,000 items, all live: two arenas hold 70 MB less at the
// peak than four; one 30 MB less again, but a poll costs a third more). What lies free for two seconds goes back to the system
// (30 MB less again, for no time that could be measured).
extern "C" const char* malloc_conf;
const char* malloc_conf = "oversize_threshold:0,narenas:2,dirty_decay_ms:2000,muzzy_decay_ms:0";
