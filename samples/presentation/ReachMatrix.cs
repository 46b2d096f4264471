using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Bridge.Samples.Presentation;

/// <summary>Who reached whom by HTTP, and how long it took.</summary>
internal sealed class ReachMatrix
{
    private readonly Table _table;

    public ReachMatrix(string title, IEnumerable<string> targets) =>
        _table = new Table { Title = new TableTitle(title) }.AddColumn("from \\ to").AddColumns([.. targets]);

    /// <summary>Whether everyone reached everyone they tried.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <param name="who">Who tries.</param>
    /// <param name="reaches">Fetches a page and tells whether it came.</param>
    /// <param name="urls">One for each target; null where there is nothing to try.</param>
    public async Task AddAsync(string who, Func<string, Task<bool>> reaches, IEnumerable<string?> urls)
    {
        var cells = new List<string>();
        foreach (var url in urls)
            cells.Add(url is null ? "-" : await TryAsync(reaches, url));

        _table.AddRow([who, .. cells]);
    }

    public Table ToTable() => _table;

    public static string Verdict(bool isGood) => isGood ? "[green]yes[/]" : "[red]NO[/]";

    private async Task<string> TryAsync(Func<string, Task<bool>> reaches, string url)
    {
        var started = Stopwatch.GetTimestamp();
        var reached = await reaches(url);
        IsComplete &= reached;
        return string.Create(CultureInfo.InvariantCulture, $"{Verdict(reached)} {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms");
    }
}
