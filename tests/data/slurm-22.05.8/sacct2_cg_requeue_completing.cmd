sacct -n -P -D -j 76 --format=JobID\,State\,ExitCode\,DerivedExitCode\,Start\,End 
