sacct --json -D -j 84 
