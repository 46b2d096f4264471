namespace Bridge.Adapter.Sandboxes;

/// <summary>Somebody's interest in one link; ends when it is disposed of.</summary>
internal sealed class LinkWatch(string hostIfname, Action departed, Action<LinkWatch> forget) : IDisposable
{
    public string HostIfname { get; } = hostIfname;

    public Action Departed { get; } = departed;

    public void Dispose() => forget(this);
}
