using System.Text.Json.Nodes;
using Bridge.Testing.Browser;
using PuppeteerSharp.Input;
using static Bridge.Testing.Browser.UiPictures;

namespace Bridge.Frames;

/// <summary>What goes on while frames are measured.</summary>
/// <param name="Name">Its row.</param>
/// <param name="Events">What the server sends each second; gets the number of members and of the second.</param>
/// <param name="IsMoved">Whether the picture is dragged and zoomed meanwhile.</param>
internal sealed record Scene(string Name, Func<int, int, IEnumerable<(string Event, JsonObject Data)>> Events, bool IsMoved = false)
{
    private const int Connections = 200;
    private const int Changing = 5;

    // Times between frames as requestAnimationFrame tells them, and tasks of more than 50 ms.
    private const string Measure = """
        seconds => new Promise(resolve => {
          const [frames, long] = [[], []];
          const observer = new PerformanceObserver(list => list.getEntries().forEach(entry => long.push(entry.duration)));
          observer.observe({ entryTypes: ['longtask'] });
          let last = performance.now();
          const end = last + seconds * 1000;
          const step = now => {
            frames.push(now - last);
            last = now;
            if (now < end) return requestAnimationFrame(step);
            observer.disconnect();
            resolve({ times: frames, long });
          };
          requestAnimationFrame(step);
        })
        """;

    private static readonly Random Random = new(1);

    public static IReadOnlyList<Scene> All { get; } =
    [
        new("nothing moves", (_, _) => []),
        new("traffic", (members, _) => [TrafficOf(members, Connections)]),
        new("traffic of 40 connections, which flow", (members, _) => [TrafficOf(members, 40)]),
        new("traffic and changes", (members, second) => [TrafficOf(members, Connections), ChangeOf(members, second)]),
        new("traffic, dragged and zoomed", (members, _) => [TrafficOf(members, Connections)], IsMoved: true),
    ];

    /// <returns>One line of results.</returns>
    public async Task<string> MeasureAsync(Chromium chromium, string directory, int members, int seconds)
    {
        await using var server = new ScriptedUi(directory)
        {
            Picture = () => Whole(1, Enumerable.Range(1, members).Select(number => Member(number))),
        };
        await using var page = await chromium.OpenAsync(server.Url);
        await page.UntilAsync($"document.querySelectorAll('.member').length === {members}", CancellationToken.None);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        var before = await page.Page.MetricsAsync();

        var measured = page.Page.EvaluateFunctionAsync<FrameTimes>(Measure, seconds);
        for (var second = 1; second < seconds; second++)
        {
            foreach (var (name, data) in Events(members, second))
                server.Send(name, data);

            await Task.WhenAll(Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System), IsMoved ? MoveAsync(page) : Task.CompletedTask);
        }

        var (frames, after) = (await measured, await page.Page.MetricsAsync());
        var script = (after["ScriptDuration"] - before["ScriptDuration"]) * 1000 / (seconds - 1);
        return $"{Name}: {frames}; {script:0.0} ms of script in a second" +
            (page.Complaints.Count > 0 ? $"\n  {string.Join("\n  ", page.Complaints)}" : "");
    }

    private static (string, JsonObject) TrafficOf(int members, int connections) => ("traffic", Traffic(members, connections, Random));

    private static (string, JsonObject) ChangeOf(int members, int second)
    {
        var set = new JsonArray();
        for (var number = 0; number < Changing; number++)
            set.Add(Member(Random.Next(second + 1, members), state: second % 2 == 0 ? "joined" : "adding"));

        set.Add(Member(members + second));
        return ("change", Change(second + 1, new JsonObject { ["members"] = set }, KeyOf(second)));
    }

    private static async Task MoveAsync(BrowserPage page)
    {
        var mouse = page.Page.Mouse;
        await mouse.MoveAsync(300, 120);
        await mouse.DownAsync();
        await mouse.MoveAsync(420, 260, new MoveOptions { Steps = 20 });
        await mouse.MoveAsync(300, 120, new MoveOptions { Steps = 20 });
        await mouse.UpAsync();
        foreach (var way in new[] { -1, 1 })
        {
            for (var step = 0; step < 5; step++)
                await mouse.WheelAsync(0, way * 60);
        }
    }
}
