sacct --json -D -j 76 
