sacct -n -P -D -j 77 --format=JobID\,State\,ExitCode\,DerivedExitCode\,Start\,End 
