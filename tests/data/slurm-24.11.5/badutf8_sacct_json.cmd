sacct --json -j 152\,153 
