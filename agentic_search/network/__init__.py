"""How requests leave to addresses that strangers wrote: only to those that were checked."""
