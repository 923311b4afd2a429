sacct -n -P -X -j 87 --format=JobIDRaw\,JobID\,State\,Start 
