using Bridge.Adapter.Doctor.Native;

namespace Bridge.Adapter.Doctor.Readings;

/// <param name="Now">The time of day.</param>
/// <param name="IsSynchronized">The kernel knows that a time service keeps the clock (adjtimex(2)); null where it does not tell.</param>
internal sealed record ClockReading(DateTimeOffset Now, bool? IsSynchronized)
{
    public static ClockReading Read(TimeProvider timeProvider) => new(timeProvider.GetUtcNow(), SystemCalls.IsClockSynchronized());
}
