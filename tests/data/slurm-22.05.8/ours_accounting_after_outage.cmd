sacct -n -P -D --user=0 -j 59 -o JobIDRaw\,JobID\,State\,ExitCode\,DerivedExitCode\,Submit\,Start\,End\,ElapsedRaw\,TotalCPU\,MaxRSS\,AllocCPUS\,NodeList\,JobName 
