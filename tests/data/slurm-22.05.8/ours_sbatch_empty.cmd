sbatch --parsable --job-name=t.k1 --output=/dev/null --error=/dev/null --chdir=/  # nothing on stdin
