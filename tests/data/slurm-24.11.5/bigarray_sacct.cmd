sacct -n -P -X -j 145 --format=JobIDRaw\,JobID\,State\,Start 
