"""All contacts, or those that a question finds, as files: from one snapshot, in the layouts that others read."""
