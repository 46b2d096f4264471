namespace CniInvoker;

/// <summary>A remembered attachment that cannot be read.</summary>
/// <param name="File">The file, or whatever else names the record.</param>
/// <param name="Message">What is wrong with it.</param>
public sealed record AttachmentProblem(string File, string Message);
