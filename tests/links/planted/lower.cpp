// The room that `upper` uses.
int planted_lower();
int planted_lower() {
  return 1;
}
