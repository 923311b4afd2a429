scontrol show federation
