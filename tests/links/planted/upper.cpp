// Calls `lower` without declaring it: linking this must fail.
int planted_lower();
int planted_upper();
int planted_upper() {
  return planted_lower();
}
