"""/v1/responses, as Open Responses has it: a run is a response, its conversation goes on by `previous_response_id`."""
