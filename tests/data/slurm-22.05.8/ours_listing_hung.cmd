squeue -h -a --user=0 --states=all -O JobID:\|\,ArrayJobID:\|\,ArrayTaskID:\|\,State:\|\,exit_code:\|\,RestartCnt:\|\,SubmitTime:\|\,StartTime:\|\,EndTime:\|\,Reason:\|\,Name: 
