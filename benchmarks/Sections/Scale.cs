using System.Diagnostics;
using System.Globalization;
using Bridge.Benchmarks.Results;
using Bridge.Benchmarks.Stage;
using Bridge.TestHosts;

namespace Bridge.Benchmarks.Sections;

/// <summary>What grows with the number of attachments on a host: see <see cref="ScaleHost"/>.</summary>
internal static class Scale
{
    /// <summary>A hundred hosts with thirty containers each, on one.</summary>
    private const int HundredHosts = 3000;

    private const string Start = "A start of cnm-cni: from `kill -9` to its socket answering";
    private const string Status = "`Bridge.Status` over the socket";
    private const string Command = "`cnm-cni status --json`";
    private const string Repair = "A whole pass of repair that finds nothing";
    private const string Processor = "Processor time of cnm-cni for that pass";
    private const string Memory = "Resident memory, with a simulated Docker";
    private const string Records = "Records on disk";
    private const string Picture = "`cnm-cni ui`: from a browser's request to its first picture";
    private const string PictureSize = "Size of that picture";
    private const string UiLoad = "Processor time for one browser, while nothing happens";
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(10);

    public static async Task MeasureAsync(BenchmarkOptions options, Samples samples, CancellationToken cancellationToken)
    {
        int[] levels = options.IsQuick ? [0, 30] : [0, 100, 1000, HundredHosts];
        Progress.Tell("scale: starting a test host");
        await using var scale = await ScaleHost.StartAsync(levels[^1], cancellationToken);
        foreach (var level in levels)
        {
            await scale.GrowAsync(level, cancellationToken);
            var at = string.Create(CultureInfo.InvariantCulture, $"{level} attachments");
            for (var round = 0; round < options.Times(7, 2); round++)
                await MeasureRoundAsync(scale, at, samples, cancellationToken);

            await MeasureSizesAsync(scale, at, samples, cancellationToken);
            await MeasureUiAsync(options, scale, at, samples, cancellationToken);
            Progress.Tell(at);
        }

        samples.Note("No dockerd: a simulated Docker knows every attachment. 3000 attachments, on three bridges, are what a hundred hosts " +
            "with thirty containers each have together.");
    }

    private static async Task MeasureRoundAsync(ScaleHost scale, string at, Samples samples, CancellationToken cancellationToken)
    {
        var daemon = scale.Host.Bridge;
        await daemon.KillAsync(cancellationToken);
        samples.Add(Start, at, "ms", await TimeAsync(() => daemon.StartAsync(cancellationToken)));
        using var client = scale.Host.AsDocker();
        // The first pass after a start looks closer than the others: it must not run beside what is measured.
        await AskAsync(client, "Bridge.Repair", """{ "dryRun": false }""", cancellationToken);
        samples.Add(Status, at, "ms", await TimeAsync(() => AskAsync(client, "Bridge.Status", "", cancellationToken)));
        samples.Add(Command, at, "ms", await TimeAsync(async () =>
            (await scale.Host.BridgeAsync(["status", "--json"], cancellationToken)).EnsureSuccess()));
        var before = ProcessorTimes.Of(scale.Host, daemon.Pid).Own;
        var answer = "";
        samples.Add(Repair, at, "ms", await TimeAsync(async () =>
            answer = await AskAsync(client, "Bridge.Repair", """{ "dryRun": false }""", cancellationToken)));
        samples.Add(Processor, at, "ms", ProcessorTimes.Of(scale.Host, daemon.Pid).Own - before);
        if (answer.Contains("\"kind\"", StringComparison.Ordinal))
            throw new InvalidOperationException($"With {at} repair has found something: {answer[..Math.Min(answer.Length, 500)]}");
    }

    private static async Task MeasureSizesAsync(ScaleHost scale, string at, Samples samples, CancellationToken cancellationToken)
    {
        samples.Add(Memory, at, "MB", BenchHost.ResidentMegabytes(scale.Host));
        var records = await scale.Host.RunAsync(["du", "--bytes", "--summarize", "/run/cnm-cni/records", "/var/lib/cnm-cni/reservations"], cancellationToken);
        var bytes = records.EnsureSuccess().Output.Split('\n').Sum(line => double.Parse(line.Split('\t')[0], CultureInfo.InvariantCulture));
        samples.Add(Records, at, "KB", bytes / 1024);
    }

    private static async Task MeasureUiAsync(
        BenchmarkOptions options, ScaleHost scale, string at, Samples samples, CancellationToken cancellationToken)
    {
        await scale.Host.Ui.StartAsync(cancellationToken);
        await using var browser = await UiClient.OpenAsync(scale.Host, cancellationToken);
        for (var round = 0; round < options.Times(5, 1); round++)
        {
            var size = 0;
            samples.Add(Picture, at, "ms", await TimeAsync(async () =>
            {
                var (events, bytes) = await browser.FollowAsync(cancellationToken);
                events.Dispose();
                size = bytes;
            }));
            samples.Add(PictureSize, at, "KB", size / 1024.0);
            await Task.Delay(TimeSpan.FromSeconds(options.Times(2, 1)), TimeProvider.System, cancellationToken);
        }

        await MeasureUiLoadAsync(scale.Host, browser, at, samples, cancellationToken);
        await scale.Host.Ui.StopAsync(cancellationToken);
    }

    private static async Task MeasureUiLoadAsync(
        TestHost host, UiClient browser, string at, Samples samples, CancellationToken cancellationToken)
    {
        var (events, _) = await browser.FollowAsync(cancellationToken);
        var reading = events.ReadToEndAsync(cancellationToken);
        int[] processes = [host.Ui.Pid, host.Bridge.Pid];
        var (begin, before) = (Stopwatch.GetTimestamp(), processes.Select(pid => ProcessorTimes.Of(host, pid).Own).ToArray());
        await Task.Delay(Watched, TimeProvider.System, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        var after = processes.Select(pid => ProcessorTimes.Of(host, pid).Own).ToArray();
        samples.Add(UiLoad, $"{at}: cnm-cni ui", "ms/s", (after[0] - before[0]) / seconds);
        samples.Add(UiLoad, $"{at}: cnm-cni serve", "ms/s", (after[1] - before[1]) / seconds);
        events.Dispose();
        await reading.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var begin = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    private static async Task<string> AskAsync(HttpClient client, string method, string body, CancellationToken cancellationToken)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri(method, UriKind.Relative), content, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }
}
