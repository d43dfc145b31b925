"""One module for each topic. A handler turns an event into a use case, in the transaction of the inbox."""
