sacct --json -j 99999999 
