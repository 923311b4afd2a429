sacct -P -D --format=JobIDRaw\,JobID\,JobName\,State\,ExitCode\,DerivedExitCode\,Start\,End\,Elapsed\,TotalCPU\,MaxRSS\,AllocCPUS\,Submit\,Restarts 
