/* A program that only says it made things durable: for showing that the test would notice. */
int fsync(int file) { (void)file; return 0; }
int fdatasync(int file) { (void)file; return 0; }
