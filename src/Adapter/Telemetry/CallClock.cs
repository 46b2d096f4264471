namespace Bridge.Adapter.Telemetry;

/// <summary>Tells, for the call in progress, how much of its time was spent inside plugins; the rest is the bridge's own share.</summary>
internal sealed class CallClock(TimeProvider timeProvider)
{
    private readonly AsyncLocal<Call?> _current = new();

    public Call Begin() => _current.Value = new Call(timeProvider);

    /// <summary>Counts a plugin's run towards the call that caused it; runs in the background belong to no call.</summary>
    public void AddPluginTime(TimeSpan duration) => _current.Value?.Add(duration);

    internal sealed class Call(TimeProvider timeProvider)
    {
        private readonly long _start = timeProvider.GetTimestamp();
        private long _inPlugins;

        public TimeSpan Elapsed => timeProvider.GetElapsedTime(_start);

        public TimeSpan InPlugins => TimeSpan.FromTicks(Interlocked.Read(ref _inPlugins));

        public void Add(TimeSpan duration) => Interlocked.Add(ref _inPlugins, duration.Ticks);
    }
}
