// The crew of items. What its members tell the supervisor and the backend in one turn goes out as one message to each: a
// listing that changes a hundred thousand items is not as many messages to either.
#pragma once

#include "actors/light_actor.hpp"
#include "actors/messages.hpp"

#include <vector>

namespace settle::actors {

class item_crew : public light_crew {
public:
  using light_crew::light_crew;

  /// By the member whose turn it is. All that one member says to one listener arrives in the order in which it was said,
  /// its own messages to it included if `tell` is called before those.
  void report(const caf::actor& supervisor, item_report what);
  void wish(const caf::actor& backend, wishes_changed what);
  void end(const caf::actor& supervisor, item_end what);
  /// What was said so far.
  void tell(caf::execution_unit* host) override;

private:
  void heard_by(const caf::actor& supervisor);
  void tell_reports(caf::execution_unit* host);
  void tell_wishes(caf::execution_unit* host);

  caf::actor supervisor_;  ///< who hears `reports_` and `ends_`; all are empty between two turns
  caf::actor backend_;
  std::vector<item_report> reports_;
  std::vector<item_end> ends_;
  std::vector<wishes_changed> wishes_;
};

}  // namespace settle::actors
