// A program that does nothing: what is linked with it, whole, is the test.
int main() {}
