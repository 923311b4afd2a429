#include "actors/translate/pending_reasons.hpp"
#include "actors/translate/slurm_words.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace settle;
using actors::advice_on;
using core::prospect;

namespace {

// Every reason that Slurm 20.11 to 26.05 has a word for (job_state_reason), with its answer.

const char* const never_starts[] = {"AccountNotAllowed",
                                    "AssocMaxBBMinutesPerJob",
                                    "AssocMaxBBPerJob",
                                    "AssocMaxBBPerNode",
                                    "AssocMaxBillingMinutesPerJob",
                                    "AssocMaxBillingPerJob",
                                    "AssocMaxBillingPerNode",
                                    "AssocMaxCpuMinutesPerJobLimit",
                                    "AssocMaxCpuPerJobLimit",
                                    "AssocMaxCpuPerNode",
                                    "AssocMaxEnergyMinutesPerJob",
                                    "AssocMaxEnergyPerJob",
                                    "AssocMaxEnergyPerNode",
                                    "AssocMaxGRESMinutesPerJob",
                                    "AssocMaxGRESPerJob",
                                    "AssocMaxGRESPerNode",
                                    "AssocMaxLicenseMinutesPerJob",
                                    "AssocMaxLicensePerJob",
                                    "AssocMaxMemMinutesPerJob",
                                    "AssocMaxMemPerJob",
                                    "AssocMaxMemPerNode",
                                    "AssocMaxNodeMinutesPerJob",
                                    "AssocMaxNodePerJobLimit",
                                    "AssocMaxUnknownMinutesPerJob",
                                    "AssocMaxUnknownPerJob",
                                    "AssocMaxUnknownPerNode",
                                    "AssocMaxWallDurationPerJobLimit",
                                    "BadConstraints",
                                    "BurstBufferOperation",
                                    "DeadLine",
                                    "DependencyNeverSatisfied",
                                    "InvalidAccount",
                                    "InvalidQOS",
                                    "JobHeldAdmin",
                                    "JobHeldUser",
                                    "JobHoldMaxRequeue",
                                    "MaxMemPerLimit",
                                    "PartitionConfig",
                                    "PartitionNodeLimit",
                                    "PartitionTimeLimit",
                                    "QOSMaxBBPerJob",
                                    "QOSMaxBBPerNode",
                                    "QOSMaxBillingMinutesPerJob",
                                    "QOSMaxBillingPerJob",
                                    "QOSMaxBillingPerNode",
                                    "QOSMaxCpuMinutesPerJobLimit",
                                    "QOSMaxCpuPerJobLimit",
                                    "QOSMaxCpuPerNode",
                                    "QOSMaxEnergyMinutesPerJob",
                                    "QOSMaxEnergyPerJob",
                                    "QOSMaxEnergyPerNode",
                                    "QOSMaxGRESMinutesPerJob",
                                    "QOSMaxGRESPerJob",
                                    "QOSMaxGRESPerNode",
                                    "QOSMaxLicenseMinutesPerJob",
                                    "QOSMaxLicensePerJob",
                                    "QOSMaxMemoryMinutesPerJob",
                                    "QOSMaxMemoryPerJob",
                                    "QOSMaxMemoryPerNode",
                                    "QOSMaxNodeMinutesPerJob",
                                    "QOSMaxNodePerJobLimit",
                                    "QOSMaxUnknownMinutesPerJob",
                                    "QOSMaxUnknownPerJob",
                                    "QOSMaxUnknownPerNode",
                                    "QOSMaxWallDurationPerJobLimit",
                                    "QOSMinBB",
                                    "QOSMinBilling",
                                    "QOSMinCpuNotSatisfied",
                                    "QOSMinEnergy",
                                    "QOSMinGRES",
                                    "QOSMinLicense",
                                    "QOSMinMemory",
                                    "QOSMinNode",
                                    "QOSMinUnknown",
                                    "QOSNotAllowed",
                                    "ReservationDeleted",
                                    "ReservationInvalid"};

const char* const may_start[] = {"AssocGrpBBMinutes",
                                 "AssocGrpBillingMinutes",
                                 "AssocGrpCPUMinutesLimit",
                                 "AssocGrpEnergyMinutes",
                                 "AssocGrpGRESMinutes",
                                 "AssocGrpLicenseMinutes",
                                 "AssocGrpMemMinutes",
                                 "AssocGrpNodeMinutes",
                                 "AssocGrpUnknownMinutes",
                                 "AssocGrpWallLimit",
                                 "Constraints",
                                 "FrontEndDown",
                                 "NodeDown",
                                 "PartitionDown",
                                 "PartitionInactive",
                                 "QOSGrpBBMinutes",
                                 "QOSGrpBillingMinutes",
                                 "QOSGrpCPUMinutesLimit",
                                 "QOSGrpEnergyMinutes",
                                 "QOSGrpGRESMinutes",
                                 "QOSGrpLicenseMinutes",
                                 "QOSGrpMemoryMinutes",
                                 "QOSGrpNodeMinutes",
                                 "QOSGrpUnknownMinutes",
                                 "QOSGrpWallLimit",
                                 "QOSUsageThreshold",
                                 "ReqNodeNotAvail"};

const char* const no_advice[] = {"AccountingPolicy",
                                 "AssocGrpBB",
                                 "AssocGrpBBRunMinutes",
                                 "AssocGrpBilling",
                                 "AssocGrpBillingRunMinutes",
                                 "AssocGrpCPURunMinutesLimit",
                                 "AssocGrpCpuLimit",
                                 "AssocGrpEnergy",
                                 "AssocGrpEnergyRunMinutes",
                                 "AssocGrpGRES",
                                 "AssocGrpGRESRunMinutes",
                                 "AssocGrpJobsLimit",
                                 "AssocGrpLicense",
                                 "AssocGrpLicenseRunMinutes",
                                 "AssocGrpMemLimit",
                                 "AssocGrpMemRunMinutes",
                                 "AssocGrpNodeLimit",
                                 "AssocGrpNodeRunMinutes",
                                 "AssocGrpSubmitJobsLimit",
                                 "AssocGrpUnknown",
                                 "AssocGrpUnknownRunMinutes",
                                 "AssocMaxJobsLimit",
                                 "AssocMaxSubmitJobLimit",
                                 "AssociationJobLimit",
                                 "AssociationResourceLimit",
                                 "AssociationTimeLimit",
                                 "BeginTime",
                                 "BlockFreeAction",
                                 "BlockMaxError",
                                 "BurstBufferResources",
                                 "BurstBufferStageIn",
                                 "Cleaning",
                                 "Dependency",
                                 "FedJobLock",
                                 "InactiveLimit",
                                 "JobArrayTaskLimit",
                                 "JobLaunchFailure",
                                 "Licenses",
                                 "MaxBBPerAccount",
                                 "MaxBBRunMinsPerAccount",
                                 "MaxBBRunMinsPerUser",
                                 "MaxBillingPerAccount",
                                 "MaxBillingRunMinsPerAccount",
                                 "MaxBillingRunMinsPerUser",
                                 "MaxCpuPerAccount",
                                 "MaxCpuRunMinsPerAccount",
                                 "MaxCpuRunMinsPerUser",
                                 "MaxEnergyPerAccount",
                                 "MaxEnergyRunMinsPerAccount",
                                 "MaxEnergyRunMinsPerUser",
                                 "MaxGRESPerAccount",
                                 "MaxGRESRunMinsPerAccount",
                                 "MaxGRESRunMinsPerUser",
                                 "MaxJobsPerAccount",
                                 "MaxLicensePerAccount",
                                 "MaxLicenseRunMinsPerAccount",
                                 "MaxLicenseRunMinsPerUser",
                                 "MaxMemoryPerAccount",
                                 "MaxMemoryRunMinsPerAccount",
                                 "MaxMemoryRunMinsPerUser",
                                 "MaxNodePerAccount",
                                 "MaxNodeRunMinsPerAccount",
                                 "MaxNodeRunMinsPerUser",
                                 "MaxPoweredUpNodes",
                                 "MaxSubmitJobsPerAccount",
                                 "MaxUnknownPerAccount",
                                 "MaxUnknownRunMinsPerAccount",
                                 "MaxUnknownRunMinsPerUser",
                                 "MpiPortsBusy",
                                 "NonZeroExitCode",
                                 "None",
                                 "NvidiaImexChannels",
                                 "OutOfMemory",
                                 "PowerNotAvail",
                                 "PowerReserved",
                                 "Priority",
                                 "Prolog",
                                 "QOSGrpBB",
                                 "QOSGrpBBRunMinutes",
                                 "QOSGrpBilling",
                                 "QOSGrpBillingRunMinutes",
                                 "QOSGrpCPURunMinutesLimit",
                                 "QOSGrpCpuLimit",
                                 "QOSGrpEnergy",
                                 "QOSGrpEnergyRunMinutes",
                                 "QOSGrpGRES",
                                 "QOSGrpGRESRunMinutes",
                                 "QOSGrpJobsLimit",
                                 "QOSGrpLicense",
                                 "QOSGrpLicenseRunMinutes",
                                 "QOSGrpMemLimit",
                                 "QOSGrpMemoryRunMinutes",
                                 "QOSGrpNodeLimit",
                                 "QOSGrpNodeRunMinutes",
                                 "QOSGrpSubmitJobsLimit",
                                 "QOSGrpUnknown",
                                 "QOSGrpUnknownRunMinutes",
                                 "QOSJobLimit",
                                 "QOSMaxBBPerUser",
                                 "QOSMaxBillingPerUser",
                                 "QOSMaxCpuPerUserLimit",
                                 "QOSMaxEnergyPerUser",
                                 "QOSMaxGRESPerUser",
                                 "QOSMaxJobsPerUserLimit",
                                 "QOSMaxLicensePerUser",
                                 "QOSMaxMemoryPerUser",
                                 "QOSMaxNodePerUserLimit",
                                 "QOSMaxSubmitJobPerUserLimit",
                                 "QOSMaxUnknownPerUser",
                                 "QOSResourceLimit",
                                 "QOSTimeLimit",
                                 "RaisedSignal",
                                 "Reservation",
                                 "Resources",
                                 "SchedDefer",
                                 "SystemFailure",
                                 "TimeLimit"};

template <std::size_t N>
void check_all(const char* const (&reasons)[N], prospect expected) {
  for (const std::string reason : reasons) {
    CAPTURE(reason);
    const auto advice = advice_on(reason);
    CHECK(advice.outlook == expected);
    CHECK(advice.words.empty() == (expected == prospect::starts));
    CHECK(advice_on("(" + reason + ")").outlook == expected);
  }
}

}  // namespace

TEST_CASE("every reason of Slurm's has its answer: stuck, perhaps, or its turn comes",
          "[translate][reasons]") {
  check_all(never_starts, prospect::stuck);
  check_all(may_start, prospect::may_start);
  check_all(no_advice, prospect::starts);
  CHECK(std::size(never_starts) + std::size(may_start) + std::size(no_advice) == 221);
}

TEST_CASE("slurmctld's sentences in place of a word are known", "[translate][reasons]") {
  for (const char* sentence :
       {"launch failed requeued held", "launch failure limit exceeded requeued held",
        "user env retrieval failed requeued held", "job requeued in held state",
        "(job requeued in held state)", "slurm_cred_create failure, holding job.",
        "License request 'matlab:1' is no longer valid, holding job", "Reservation maint was deleted",
        "Reservation maint is invalid",
        "uid 1000 not in group permitted to use this partition (gpu). groups allowed: ml",
        "Job's QOS not permitted to use this partition (gpu allows high not normal)",
        "Job's account not known, so it can't use this partition (gpu allows ml)"}) {
    CAPTURE(sentence);
    CHECK(advice_on(sentence).outlook == prospect::stuck);
    CHECK_FALSE(advice_on(sentence).words.empty());
  }
}

TEST_CASE("what stands behind the word of a reason changes nothing", "[translate][reasons]") {
  for (const char* reason :
       {"ReqNodeNotAvail, UnavailableNodes:n[1-4]", "ReqNodeNotAvail,_UnavailableNodes:n1",
        "(ReqNodeNotAvail, Reserved for maintenance)", "ReqNodeNotAvail, May be reserved for other job",
        " ReqNodeNotAvail"}) {
    CAPTURE(reason);
    CHECK(advice_on(reason).outlook == prospect::may_start);
  }
  CHECK(advice_on("JobHeldAdmin ").words == advice_on("JobHeldAdmin").words);
}

TEST_CASE("an unknown reason gives no advice, whatever it looks like", "[translate][reasons]") {
  for (const char* reason : {"", "()", "   ", "JobHeldByTheMoon", "jobheldadmin?", "PerJob", "MaxPerJobThing",
                             "Reservation", "Reservation of mine", "\xff\xfe", "RaisedSignal:9(Killed)"}) {
    CAPTURE(reason);
    CHECK(advice_on(reason).outlook == prospect::starts);
    CHECK(advice_on(reason).words.empty());
  }
}

TEST_CASE("advice says what to do", "[translate][reasons]") {
  CHECK(advice_on("JobHeldAdmin").words ==
        "held by an administrator (or its priority was set to 0): ask them to release it, or scancel it");
  CHECK(advice_on("DependencyNeverSatisfied").words.find("scancel it") != std::string_view::npos);
  CHECK(advice_on("QOSMaxWallDurationPerJobLimit").words == advice_on("AssocMaxMemPerNode").words);
}

TEST_CASE("only a waiting job is stuck, not one that ended with such a reason", "[translate][reasons]") {
  slurm::queue_row row;
  row.state.base = slurm::base_state::pending;
  row.reason = "JobHeldUser";
  CHECK(actors::to_listed(row).outlook == prospect::stuck);
  row.state.base = slurm::base_state::cancelled;
  CHECK(actors::to_listed(row).outlook == prospect::starts);
}
