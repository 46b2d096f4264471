namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>A result that may be invalid.</summary>
public sealed record DamagedResult(Json Json);
