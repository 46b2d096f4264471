using Bridge.Adapter.Doctor.Readings;

namespace Bridge.Adapter.Doctor;

/// <summary>One check: a row of docs/doctor.md. It judges what was read, and reads nothing itself.</summary>
internal interface ICheck
{
    /// <summary>Its name for scripts, in kebab-case. Never changes.</summary>
    string Id { get; }

    /// <summary>What is so on a sound host, as a sentence without its full stop.</summary>
    string Title { get; }

    /// <summary>What is read for it, in Markdown.</summary>
    string Inspects { get; }

    /// <returns>Empty where the host is sound.</returns>
    IEnumerable<Finding> Find(HostReadings host);
}

/// <summary>A check that rests on one reading: without it, it was not made.</summary>
/// <param name="source">The reading.</param>
internal abstract class Check<T>(Func<HostReadings, Reading<T>> source) : ICheck
    where T : class
{
    public abstract string Id { get; }

    public abstract string Title { get; }

    public abstract string Inspects { get; }

    public IEnumerable<Finding> Find(HostReadings host)
    {
        var reading = source(host);
        return reading.Value is { } value ? Find(value, host) : [Finding.NotChecked(reading.WhyNot ?? "it was not read")];
    }

    /// <param name="reading">The reading.</param>
    /// <param name="host">The others, which may be missing.</param>
    protected abstract IEnumerable<Finding> Find(T reading, HostReadings host);
}
