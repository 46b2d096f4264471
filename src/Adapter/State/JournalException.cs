namespace Bridge.Adapter.State;

/// <summary>A record is not on the disk, or not surely: the disk is full, read-only or broken.</summary>
internal sealed class JournalException(string directory, Exception cause)
    : IOException($"{directory} cannot be written: {FileWords.Of(cause).TrimEnd('.')}. The bridge makes nothing that it could not remember; make room there, then try again.", cause);
