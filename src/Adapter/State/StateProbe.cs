using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.State;

/// <summary>Whether a record could be written now, found by writing: how much room there is, and for whom, only the file system knows.</summary>
internal sealed class StateProbe(AdapterSettings settings, TimeProvider timeProvider)
{
    // Of what is no record nobody reads it.
    private const string Name = "probe";
    private const int Length = 16 << 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _turn = new();
    private Task<string?>? _running;

    /// <returns>Null when all is well.</returns>
    public async Task<string?> ProblemAsync(CancellationToken cancellationToken)
    {
        Task<string?> reason;
        lock (_turn)
        {
            // One at a time: they would write one file, and where a disk hangs each would keep a thread.
            reason = _running = _running is { IsCompleted: false } ? _running : Task.Run(Reason, CancellationToken.None);
        }

        try
        {
            return await reason.WaitAsync(Patience, timeProvider, cancellationToken) is { } words ? $"{settings.StateDirectory} cannot be written: {words}" : null;
        }
        catch (TimeoutException)
        {
            return $"{settings.StateDirectory} cannot be written: its disk does not answer";
        }
    }

    private string? Reason()
    {
        var path = Path.Combine(settings.StateDirectory, Name);
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
            return null; // Somebody has removed it; it is made again with the next record, and repair tells.
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return ErrorText.Of(refused);
        }
    }
}
