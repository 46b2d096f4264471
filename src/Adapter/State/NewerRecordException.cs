namespace Bridge.Adapter.State;

/// <summary>A record that a later program has written. It is left where it is, for that program.</summary>
internal sealed class NewerRecordException(int version, int current)
    : Exception($"it was written by a newer cnm-cni (version {version} of the format, this one reads up to {current}); it stays as it is, and so does what it stands for, until a newer one is started");
