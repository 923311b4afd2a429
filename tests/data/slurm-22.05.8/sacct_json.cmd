sacct --json 
