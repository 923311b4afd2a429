sacct --json -j 145 
