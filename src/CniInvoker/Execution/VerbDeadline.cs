namespace CniInvoker;

/// <summary>The time of one operation, which all its plugins share. Starts when it is made.</summary>
internal sealed class VerbDeadline(TimeProvider timeProvider, TimeSpan total)
{
    private readonly long _start = timeProvider.GetTimestamp();

    public TimeSpan Total => total;

    public TimeSpan Left => total - timeProvider.GetElapsedTime(_start);
}
