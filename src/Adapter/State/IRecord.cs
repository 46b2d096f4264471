namespace Bridge.Adapter.State;

/// <summary>Something a <see cref="RecordDirectory{T}"/> keeps, one file each.</summary>
internal interface IRecord
{
    /// <summary>Letters and digits only: it is the file's name.</summary>
    string Id { get; }

    /// <summary>Of its format: see <see cref="RecordKinds"/>.</summary>
    int Version { get; }
}
