namespace Bridge.Adapter.Ui.Server;

/// <summary>Whether a browser is connected, as something that can be waited for. Any thread.</summary>
internal sealed class Presence
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _some = Create();
    private TaskCompletionSource _none = Create();

    public Presence() => _none.SetResult();

    /// <summary>Ends as soon as one is connected.</summary>
    public Task Some
    {
        get
        {
            lock (_gate)
                return _some.Task;
        }
    }

    /// <summary>Ends as soon as none is connected any more.</summary>
    public Task None
    {
        get
        {
            lock (_gate)
                return _none.Task;
        }
    }

    public void Set(bool isSome)
    {
        lock (_gate)
        {
            if (isSome == _some.Task.IsCompleted)
                return;

            if (isSome)
                _none = Create();
            else
                _some = Create();

            (isSome ? _some : _none).SetResult();
        }
    }

    private static TaskCompletionSource Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
