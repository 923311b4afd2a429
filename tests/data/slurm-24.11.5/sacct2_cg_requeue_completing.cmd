sacct -n -P -D -j 134 --format=JobID\,State\,ExitCode\,DerivedExitCode\,Start\,End 
