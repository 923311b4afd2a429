sacct --json -j 87 
