sacct --json -j 94\,95 
