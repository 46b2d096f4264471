namespace Bridge.Adapter.Cli.BugReport;

/// <summary>One file of a bug report, or why it is missing.</summary>
/// <param name="Name">Its path in the archive.</param>
/// <param name="Text">Its content, before redaction; null: it could not be had.</param>
/// <param name="Problem">Why it is missing, or incomplete.</param>
internal sealed record ReportPart(string Name, string? Text, string? Problem = null)
{
    /// <summary>A longer text loses its beginning, in characters.</summary>
    public const int Longest = 16 << 20;

    public static ReportPart Of(string name, string text) => text.Length <= Longest
        ? new(name, text)
        : new(name, FromNextLine(text[^Longest..]), $"only its last {Longest >> 20} Mi characters");

    /// <summary>Without the line that was cut off: it may begin within a secret, which nothing would recognize.</summary>
    public static string FromNextLine(string text) => text.IndexOf('\n') is >= 0 and var end ? text[(end + 1)..] : "";

    public static ReportPart Missing(string name, string problem) => new(name, null, problem);
}

/// <summary>Where parts come from.</summary>
/// <param name="Name">For the line that says that it could not be had.</param>
/// <param name="ReadAsync">The parts; a failure is one missing part.</param>
internal sealed record ReportSource(string Name, Func<CancellationToken, Task<IReadOnlyList<ReportPart>>> ReadAsync)
{
    /// <summary>The longest time for it, whatever hangs.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    public async Task<IReadOnlyList<ReportPart>> TryReadAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            // A disk that hangs does not look at a token.
            return await Task.Run(() => ReadAsync(deadline.Token), deadline.Token).WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [ReportPart.Missing(Name, $"no answer within {Patience.TotalSeconds:0.#} s")];
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or OperationCanceledException))
        {
            return [ReportPart.Missing(Name, ErrorDescription.OfFile(failure))]; // The report is for hosts on which things fail.
        }
    }
}
