using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.State;

/// <summary>
/// Tries to write a file of the size of a record to each directory of records: only the file system knows how much room there is, and for
/// whom.
/// </summary>
internal sealed class StateProbe(AdapterSettings settings, TimeProvider timeProvider)
{
    // Not a record's name, so Load ignores it.
    private const string Name = "probe";
    private const int Length = 16 << 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _turn = new();
    private Task<string?>? _running;

    /// <returns>Why no record can be written; null when one can.</returns>
    public async Task<string?> ProblemAsync(CancellationToken cancellationToken)
    {
        Task<string?> reason;
        lock (_turn)
        {
            // One at a time: they share one file, and on a disk that hangs each would keep a thread.
            reason = _running = _running is { IsCompleted: false } ? _running : Task.Run(Reason, CancellationToken.None);
        }

        try
        {
            return await reason.WaitAsync(Patience, timeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            return $"{settings.StateDirectory} cannot be written: its disk does not answer";
        }
    }

    private string? Reason() => Reason(settings.StateDirectory) ?? Reason(settings.PresentRecords);

    private static string? Reason(string directory)
    {
        var path = Path.Combine(directory, Name);
        try
        {
            try
            {
                File.WriteAllBytes(path, new byte[Length]);
            }
            finally
            {
                File.Delete(path);
            }

            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null; // The directory was removed. The next record creates it again, and repair reports it.
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return $"{directory} cannot be written: {ErrorText.Of(refused)}";
        }
    }
}
