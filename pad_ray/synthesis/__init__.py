"""Questions become judged programs: the teacher draws, the executor judges, the ledger keeps."""
