using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Repair.Cleanups;

/// <summary>
/// The order of deferred releases: the oldest first, some at a time, one for each CNI container id. A release that a call waits for
/// starts at once.
/// </summary>
internal sealed class ReleaseQueue(AdapterSettings settings)
{
    private readonly Lock _lock = new();

    // All three guarded by _lock. By container id: those that wait in _waiting, and those that run.
    private readonly Dictionary<string, Release> _releases = new(StringComparer.Ordinal);
    private readonly LinkedList<Release> _waiting = [];
    private int _running;
    private bool _isStopped;

    /// <summary>How many wait or run.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _releases.Count;
        }
    }

    /// <summary>Whether one more may be deferred. Beyond the bound, and at shutdown, removals are not deferred.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_lock)
                return settings.Release.Deferred && !_isStopped && _releases.Count < settings.Release.Pending;
        }
    }

    public IReadOnlyList<string> ContainerIds
    {
        get
        {
            lock (_lock)
                return [.. _releases.Keys];
        }
    }

    public bool Has(string containerId)
    {
        lock (_lock)
            return _releases.ContainsKey(containerId);
    }

    /// <summary>
    /// Runs <paramref name="body"/> later; once more, if a release of the same container id is already there. After
    /// <see cref="StopAsync"/> it does not run: the record leads to the clean-up at the next start.
    /// </summary>
    /// <param name="containerId">The CNI container id.</param>
    /// <param name="body">Does not throw.</param>
    public void Add(string containerId, Func<Task> body)
    {
        lock (_lock)
        {
            if (_isStopped)
                return;

            if (_releases.TryGetValue(containerId, out var known))
            {
                known.IsRepeated = true;
                return;
            }

            var release = new Release(containerId, body);
            _releases[containerId] = release;
            _waiting.AddLast(release);
            StartNext();
        }
    }

    /// <summary>Waits for these, and starts those that wait for their turn. A release that has ended, failed or not, counts.</summary>
    public async Task WaitAsync(IEnumerable<string> containerIds, CancellationToken cancellationToken)
    {
        var ends = new List<Task>();
        lock (_lock)
        {
            foreach (var containerId in containerIds)
            {
                if (!_releases.TryGetValue(containerId, out var release))
                    continue;

                ends.Add(release.End.Task);
                if (!_isStopped && _waiting.Remove(release))
                    Start(release);
            }
        }

        await Task.WhenAll(ends).WaitAsync(cancellationToken);
    }

    /// <summary>Runs what is queued for at most <paramref name="grace"/>; then nothing more starts.</summary>
    public async Task StopAsync(TimeSpan grace, TimeProvider timeProvider)
    {
        Task[] ends;
        lock (_lock)
            ends = [.. _releases.Values.Select(release => release.End.Task)];

        try
        {
            await Task.WhenAll(ends).WaitAsync(grace, timeProvider);
        }
        catch (TimeoutException)
        {
            // Their records lead to the clean-up at the next start.
        }

        lock (_lock)
            _isStopped = true;
    }

    // The caller holds _lock.
    private void StartNext()
    {
        while (!_isStopped && _running < settings.Release.Parallel && _waiting.First is { Value: var oldest })
        {
            _waiting.RemoveFirst();
            Start(oldest);
        }
    }

    // The caller holds _lock. Without the call's execution context: the release belongs to no call.
    private void Start(Release release)
    {
        _running++;
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(() => RunAsync(release));
    }

    private async Task RunAsync(Release release)
    {
        do
            await release.Body();
        while (!IsOver(release));

        release.End.SetResult();
    }

    private bool IsOver(Release release)
    {
        lock (_lock)
        {
            if (release.IsRepeated)
            {
                release.IsRepeated = false;
                return false;
            }

            _releases.Remove(release.ContainerId);
            _running--;
            StartNext();
            return true;
        }
    }

    private sealed class Release(string containerId, Func<Task> body)
    {
        public string ContainerId => containerId;

        public Func<Task> Body => body;

        public bool IsRepeated { get; set; }

        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
