#include "io/slurm/commands.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace settle::slurm;

TEST_CASE("options that settle owns are refused in every spelling that getopt takes",
          "[slurm][sbatch_args]") {
  for (const std::string arg :
       {"--array=1-5", "--array",      "-a",         "-a1-5",       "--arr=1", "--ar",
        "--wait",      "-W",           "--wai",      "--parsable",  "--pars",  "--quiet",
        "-Q",          "--job-name=x", "--job=x",    "-Jx",         "-J",      "--output=o",
        "--out",       "-o",           "-ofile",     "--error=e",   "--err",   "-e",
        "--chdir=/",   "-D/",          "--ch=/",     "--input=i",   "-i",      "--clusters=all",
        "--cluster=x", "-Mall",        "--clu=x",    "--wrap=true", "--wr=x",  "--test-only",
        "--test",      "--version",    "-V",         "--help",      "-h",      "--usage",
        "--uid=0",     "--jobid=5",    "--external", "--workdir=/", "-HW",     "-vQ",
        "-kV",         "-OsW",         "-HJx"}) {
    INFO(arg);
    const auto why = refuse_sbatch_arg(arg);
    REQUIRE(why);
    CHECK(why->find(arg) != std::string::npos);
    CHECK(why->size() > arg.size() + 20);
  }
}

TEST_CASE("arguments that would end the options or name a script are refused", "[slurm][sbatch_args]") {
  for (const std::string arg : {"", ":", "-", "--", "--=x", "job.sh", "5", "=", " --nice=1", "main"}) {
    INFO(arg);
    CHECK(refuse_sbatch_arg(arg));
  }
  CHECK(refuse_sbatch_arg(std::string("--comment=a\0b", 13)));
}

TEST_CASE("the user's own options pass", "[slurm][sbatch_args]") {
  for (const std::string arg : {"--partition=gpu",
                                "-pgpu",
                                "--nodes=2",
                                "-N2",
                                "-n4",
                                "-c8",
                                "--mem=4G",
                                "--time=1:00",
                                "-t5",
                                "--gres=gpu:1",
                                "--exclusive",
                                "--export=ALL",
                                "--export-file=f",
                                "--no-kill",
                                "-k",
                                "--open-mode=append",
                                "--requeue",
                                "--no-requeue",
                                "--nice=100",
                                "--hold",
                                "-H",
                                "--comment=wait for --array",
                                "--dependency=afterok:5",
                                "-dsingleton",
                                "--wait-all-nodes=1",
                                "--exclude=n1",
                                "-xn1",
                                "--wckey=w",
                                "--constraint=a|b",
                                "-Ca",
                                "--account=a",
                                "-Aa",
                                "--qos=q",
                                "-qq",
                                "--verbose",
                                "-v",
                                "--mail-type=END",
                                "--signal=B:USR1@60",
                                "--deadline=now+1hour",
                                "--begin=now",
                                "--reservation=r",
                                "--time-min=1",
                                "--tmp=1G",
                                "--hint=nomultithread",
                                "--use-min-nodes",
                                "--contiguous",
                                "--cpus-per-task=2",
                                "--switches=1",
                                "--licenses=l",
                                "-Ll",
                                "-HO",
                                "-swnode1",
                                "--gid=5",
                                "--container=c",
                                "--constraint",
                                "-pWonderful",
                                "--unknown-to-us"}) {
    INFO(arg);
    CHECK(refuse_sbatch_arg(arg) == std::nullopt);
  }
}
